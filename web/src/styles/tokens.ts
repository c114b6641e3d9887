import { css } from "lit";

/** What a site may set, as `--shop-the-look-NAME` or in the attribute `tokens`. */
export const TOKENS: ReadonlySet<string> = new Set([
  "accent",
  "accent-strong",
  "on-accent",
  "background",
  "surface",
  "sunken",
  "tile",
  "text",
  "muted",
  "line",
  "dot",
  "dim",
  "radius",
  "radius-small",
  "font",
  "max-height",
  "ratio",
  "top",
]);

/** The look of everything. Colours follow the colour scheme in force where the component stands. */
export const tokens = css`
  :host {
    --accent: var(--shop-the-look-accent, light-dark(#c2410c, #ff9466));
    --accent-strong: var(--shop-the-look-accent-strong, light-dark(#a83608, #ffab86));
    --on-accent: var(--shop-the-look-on-accent, light-dark(#ffffff, #2a0f02));
    --bg: var(--shop-the-look-background, light-dark(#fbfaf8, #151413));
    --surface: var(--shop-the-look-surface, light-dark(#ffffff, #1f1d1c));
    --sunken: var(--shop-the-look-sunken, light-dark(#f1efeb, #292624));
    /* Behind product pictures, most of which are on white. */
    --tile: var(--shop-the-look-tile, light-dark(#f4f2ee, #efece7));
    --ink: var(--shop-the-look-text, light-dark(#1c1a18, #f3f0ec));
    --muted: var(--shop-the-look-muted, light-dark(#67615a, #aca59d));
    --line: var(--shop-the-look-line, light-dark(#e6e2db, #37332f));
    --dot: var(--shop-the-look-dot, #ffffff);
    --dim: var(--shop-the-look-dim, rgb(15 12 10 / 55%));
    --radius: var(--shop-the-look-radius, 20px);
    --radius-small: var(--shop-the-look-radius-small, 12px);
    --max-height: var(--shop-the-look-max-height, 90svh);
    --first-ratio: var(--shop-the-look-ratio, 4 / 3);
    --top: var(--shop-the-look-top, 0px);
    --shadow:
      0 1px 2px light-dark(rgb(40 30 20 / 6%), rgb(0 0 0 / 40%)),
      0 8px 28px light-dark(rgb(40 30 20 / 10%), rgb(0 0 0 / 45%));
    --ease: cubic-bezier(0.22, 1, 0.36, 1);
    --slow: 380ms;
    --quick: 160ms;
    color: var(--ink);
    font-family: var(--shop-the-look-font, inherit);
    line-height: 1.45;
  }
  @media (prefers-reduced-motion: reduce) {
    :host {
      --slow: 0ms;
      --quick: 0ms;
    }
  }
`;
