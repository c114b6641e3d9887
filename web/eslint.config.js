import js from "@eslint/js";
import { configs as lit } from "eslint-plugin-lit";
import globals from "globals";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["node_modules/", "dist/"] },
  js.configs.recommended,
  { files: ["tests/*.js"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.ts"],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked, lit["flat/recommended"]],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Numbers in template strings are what pages are made of.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Lit takes async listeners; each of them handles its own failures.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
    },
  },
);
