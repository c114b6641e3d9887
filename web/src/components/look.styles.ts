import { css } from "lit";

export const lookStyles = css`
  :host {
    /* Grip, name, other objects and one row of products; less on low windows. */
    --strip: min(376px, 70dvh);
    --most: calc(100dvh - var(--top) - 6px);
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    /* As high as the picture is at the full width, also while the sheet takes some of the width. */
    grid-template-rows: min(calc(100cqw / var(--ratio)), var(--max-height)) auto;
    padding-block-end: var(--room, 0px);
  }
  /* And a row of what was chosen. */
  :host(.narrowed) {
    --strip: min(428px, 78dvh);
  }
  :host([fill]) {
    height: 100%;
    grid-template-rows: minmax(0, 1fr) auto;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 12px;
    min-height: 44px;
    margin-block-start: 12px;
    color: var(--muted);
    text-align: center;
  }
  .tools:not(:has(*)) {
    display: none;
  }

  /* The sheet comes from below; a picture that fills its place stays above it. */
  :host([fill].open:not(.side)) {
    padding-block-end: calc(var(--strip) - 12px);
  }
  :host([fill].open:not(.side)) .tools {
    display: none;
  }

  /* The sheet stands beside the picture. */
  :host(.side.open) {
    grid-template-columns: minmax(0, 1fr) clamp(300px, 34%, 424px);
    column-gap: 24px;
  }
  :host(.side.open.all) {
    grid-template-columns: minmax(0, 1fr) min(62%, 1000px);
  }
  :host(.side.open:not([fill])) {
    grid-template-rows: max(min(calc(100cqw / var(--ratio)), var(--max-height)), 440px) auto;
  }
  :host(.side) stl-stage {
    grid-area: 1 / 1;
  }
  /* In a text the picture stays where it was, at its upper edge. */
  :host(.side.open:not([fill])) stl-stage {
    align-items: start;
  }
  :host(.side) .tools {
    grid-area: 2 / 1;
  }
  :host(.side) stl-sheet {
    grid-area: 1 / 2;
  }
  :host(.side[fill]) stl-sheet {
    grid-row: 1 / 3;
  }
`;
