import { TOKENS } from "./tokens.js";

/** A style sheet that sets the tokens of `accent: teal; radius: 6px`; names that are none are left out. */
export function themeSheet(written: string): string {
  const rules: string[] = [];
  for (const part of written.split(";")) {
    const colon = part.indexOf(":");
    const name = part.slice(0, colon).trim();
    const value = part.slice(colon + 1).trim();
    // Braces would end the rule.
    if (TOKENS.has(name) && value !== "" && !/[{}]/.test(value)) rules.push(`--shop-the-look-${name}: ${value};`);
  }
  return `:host { ${rules.join(" ")} }`;
}
