import { defineConfig } from "vite";

// The pages are package data of the Python side, which serves them under a policy that
// allows no inline script and no inline style.
export default defineConfig({
  base: "/",
  build: {
    outDir: "../src/shopthelook/serving/pages",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8000" } },
});
