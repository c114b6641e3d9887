import { defineConfig } from "vite";

// One file with everything in it, at an address that stays: pages of other origins load it.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/shopthelook/serving/pages",
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    rolldownOptions: {
      input: "src/embed.ts",
      preserveEntrySignatures: "exports-only",
      output: { entryFileNames: "shop-the-look.js", codeSplitting: false },
    },
  },
});
