import { css } from "lit";

export const sheetStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    background: var(--surface);
    color: var(--ink);
  }
  /* As wide as the strip is high, and as high as the feed is. */
  .measure {
    position: fixed;
    top: 0;
    left: 0;
    width: var(--strip);
    height: var(--most);
    visibility: hidden;
    pointer-events: none;
  }
  header {
    flex: none;
    padding-inline: 16px 8px;
  }
  .grip {
    display: none;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 4px;
    min-height: 52px;
  }
  h2 {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    font-size: 1.125em;
    letter-spacing: -0.01em;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .others {
    display: flex;
    gap: 10px;
    margin-inline: -16px -8px;
    padding: 4px 16px 12px;
    overflow-x: auto;
    scroll-padding: 0 16px;
    scrollbar-width: none;
  }
  .other {
    flex: none;
    border-radius: 14px;
    opacity: 0.75;
    transition: opacity var(--quick);
  }
  .other:hover,
  .other[aria-pressed="true"] {
    opacity: 1;
  }
  .other[aria-pressed="true"] {
    box-shadow:
      0 0 0 2px var(--surface),
      0 0 0 4.5px var(--accent);
  }
  .other:focus-visible {
    outline-offset: 5px;
  }
  stl-crop {
    --crop: 46px;
    border-radius: 14px;
  }
  .body {
    flex: 1;
    min-height: 0;
    padding: 4px 16px 32px;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .note {
    display: flex;
    gap: 12px;
    align-items: center;
    justify-content: space-between;
    padding: 0 0 14px;
    color: var(--muted);
    line-height: 1.35;
  }
  .note p {
    font-size: 0.875em;
  }
  .all {
    width: 100%;
    margin-top: 20px;
  }
  stl-grid[empty] + .all {
    display: none;
  }

  /* From below: a row to start with, pulled up to a page. */
  :host([below]) {
    position: fixed;
    z-index: 20;
    inset: auto auto 0 var(--sheet-left, 0px);
    width: var(--sheet-width, 100%);
    max-width: none;
    height: var(--height);
    max-height: none;
    margin: 0;
    padding: 0;
    overflow: visible;
    border: 0;
    border-radius: 26px 26px 0 0;
    box-shadow: 0 -8px 36px rgb(20 14 8 / 20%);
    touch-action: pan-x;
    transition: height var(--slow) var(--ease);
    animation: rise var(--slow) var(--ease);
  }
  :host([below].dragged) {
    transition: none;
  }
  @keyframes rise {
    from {
      transform: translateY(60%);
    }
  }
  :host([below]) .grip {
    display: block;
    width: 100%;
    height: 22px;
    margin: 0;
    touch-action: none;
    cursor: grab;
  }
  .grip::before {
    content: "";
    display: block;
    width: 40px;
    height: 5px;
    margin: 9px auto 8px;
    border-radius: 3px;
    background: var(--line);
  }
  :host([below]) .head {
    min-height: 44px;
    touch-action: none;
  }
  :host([below][all]) .body {
    touch-action: pan-y;
  }
  :host([below]:not([all])) .body {
    padding: 0 0 env(safe-area-inset-bottom);
    overflow: hidden;
    touch-action: pan-x;
  }
  :host([below]:not([all])) .note {
    padding: 0 16px 8px;
  }

  /* Beside the picture. */
  :host(:not([below])) {
    height: 100%;
    border-radius: var(--radius);
    box-shadow: var(--shadow);
    overflow: hidden;
    animation: slide var(--slow) var(--ease);
  }
  @keyframes slide {
    from {
      opacity: 0;
    }
  }
  :host(:not([below])) header {
    padding-top: 10px;
  }
  :host(:not([below])) .body {
    --card: 130px;
  }
  :host(:not([below])[all]) .body {
    --card: 170px;
  }
`;
