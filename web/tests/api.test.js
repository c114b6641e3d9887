import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";

import { load } from "./load.js";

const { Api, ApiFailure } = await load("/src/api.ts");

const asked = [];
const server = createServer((request, answer) => {
  asked.push(request.url);
  const gone = request.url.endsWith("/gone");
  answer.writeHead(gone ? 404 : 200, { "Content-Type": "application/json" });
  answer.end(gone ? '{"error": {"code": "not_found", "message": "No such scene.", "field": "id"}}' : "{}");
}).listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
after(() => server.close());
const base = `http://127.0.0.1:${server.address().port}`;

test("a server may lie under a path, with or without a slash at its end", async () => {
  for (const address of [`${base}/look`, `${base}/look/`]) {
    const api = new Api(address);
    await api.scene("a room/№ 1");
    assert.equal(asked.pop(), "/look/v1/scenes/a%20room/%E2%84%96%201");
    assert.equal(api.picture("/v1/pictures/ab", 320), `${base}/look/v1/pictures/ab?w=320`);
  }
});

test("pictures elsewhere keep their address", () => {
  assert.equal(new Api(base).picture("https://cdn.example/ab", 640), "https://cdn.example/ab?w=640");
});

test("a refusal says what was wrong", async () => {
  await assert.rejects(new Api(base).scene("gone"), (error) => {
    assert.ok(error instanceof ApiFailure);
    assert.deepEqual([error.status, error.code, error.message, error.field], [404, "not_found", "No such scene.", "id"]);
    return true;
  });
});

test("no answer is status 0", async () => {
  const closed = new Api("http://127.0.0.1:1");
  await assert.rejects(closed.status(), (error) => error instanceof ApiFailure && error.status === 0);
});
