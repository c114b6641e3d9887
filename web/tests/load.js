/** Loads modules of the sources, as Vite makes them, into Node. */
import { after } from "node:test";
import { createServer } from "vite";

const server = await createServer({
  configFile: false,
  root: new URL("..", import.meta.url).pathname,
  appType: "custom",
  logLevel: "error",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});

after(() => server.close());

/** @param {string} path from `web/`, such as `/src/dots.ts` */
export function load(path) {
  return server.ssrLoadModule(path);
}
