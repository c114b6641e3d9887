import { css } from "lit";

export const sheetStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    background: var(--surface);
  }
  header {
    flex: none;
    padding: 0 8px 0 16px;
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
    font-size: 1.125rem;
    letter-spacing: -0.01em;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .others {
    display: flex;
    gap: 10px;
    margin: 0 -8px 0 -16px;
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
    font-size: 0.875rem;
    line-height: 1.35;
  }
  .all {
    width: 100%;
    margin-top: 20px;
  }
  stl-grid[empty] + .all {
    display: none;
  }

  /* Phones: from below. A row to start with, pulled up to a page. */
  @media (max-width: 899px) {
    :host {
      position: fixed;
      z-index: 20;
      inset: auto 0 0;
      height: var(--height);
      border-radius: 26px 26px 0 0;
      box-shadow: 0 -8px 36px rgb(20 14 8 / 20%);
      touch-action: pan-x;
      transition: height var(--slow) var(--ease);
      animation: rise var(--slow) var(--ease);
    }
    :host(.dragged) {
      transition: none;
    }
    @keyframes rise {
      from {
        transform: translateY(60%);
      }
    }
    .grip {
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
    .head {
      min-height: 44px;
      touch-action: none;
    }
    :host([all]) .body {
      touch-action: pan-y;
    }
    :host(:not([all])) .body {
      padding: 0 0 env(safe-area-inset-bottom);
      overflow: hidden;
      touch-action: pan-x;
    }
    :host(:not([all])) .note {
      padding: 0 16px 8px;
    }
  }

  @media (min-width: 900px) {
    :host {
      height: 100%;
      border-radius: var(--radius);
      box-shadow: var(--shadow);
      overflow: hidden;
      animation: slide var(--slow) var(--ease);
    }
    @keyframes slide {
      from {
        opacity: 0;
        transform: translateX(24px);
      }
    }
    header {
      padding-top: 10px;
    }
    .body {
      --card: 150px;
    }
    :host([all]) .body {
      --card: 190px;
    }
  }
`;
