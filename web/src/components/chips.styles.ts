import { css } from "lit";

export const chipsStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    position: sticky;
    z-index: 2;
    top: var(--chips-top, 0px);
    margin-inline: calc(-1 * var(--edge, 16px));
    background: var(--behind, var(--surface));
  }
  :host([brief]) {
    position: static;
    margin: 0;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 6px var(--edge, 16px);
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scroll-padding-inline: var(--edge, 16px);
    scrollbar-width: none;
    touch-action: pan-x pan-y;
  }
  :host([brief]) .row {
    padding-block: 0 6px;
    touch-action: pan-x;
  }
  .values {
    padding-block: 0 8px;
  }
  .chip {
    display: inline-flex;
    flex: none;
    align-items: center;
    gap: 7px;
    min-height: 44px;
    padding: 0 15px;
    border-radius: 22px;
    background: var(--sunken);
    font-size: 0.875em;
    font-weight: 600;
    white-space: nowrap;
    transition: background var(--quick);
  }
  .chip:hover {
    background: var(--line);
  }
  .chip:focus-visible {
    outline-offset: -3px;
  }
  .chip svg {
    width: 16px;
    height: 16px;
  }
  .chip.blank {
    width: 92px;
  }
  .name {
    max-width: 220px;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .chip[aria-expanded="true"] {
    background: var(--line);
  }
  /* Values are told from the fields above them. */
  .values .chip {
    background: none;
    box-shadow: inset 0 0 0 1.5px var(--line);
  }
  .values .chip:hover {
    background: var(--sunken);
  }
  .turn {
    margin-inline-end: -4px;
    transition: transform var(--quick);
  }
  .chip[aria-expanded="true"] .turn {
    transform: rotate(180deg);
  }
  .chip.taken,
  .values .chip[aria-pressed="true"],
  .values .chip[aria-checked="true"] {
    background: var(--ink);
    box-shadow: none;
    color: var(--surface);
  }
  .taken svg {
    margin-inline-end: -4px;
  }
  .taken:focus-visible,
  .chip[aria-pressed="true"]:focus-visible,
  .chip[aria-checked="true"]:focus-visible {
    outline-offset: 2px;
  }
  .count {
    color: var(--muted);
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
  .chip[aria-pressed="true"] .count {
    color: inherit;
    opacity: 0.75;
  }
  .swatch {
    flex: none;
    width: 16px;
    height: 16px;
    margin-inline-start: -4px;
    border-radius: 50%;
    background: var(--swatch);
    box-shadow: inset 0 0 0 1px rgb(128 128 128 / 45%);
    forced-color-adjust: none;
  }
  .clear {
    background: none;
    padding-inline: 6px;
    color: var(--accent);
  }
  .note {
    padding: 0 var(--edge, 16px) 8px;
    color: var(--muted);
    font-size: 0.8125em;
  }
  /* Where there is no finger to push a row sideways, it takes more lines. */
  @media (hover: hover) and (pointer: fine) {
    :host(:not([brief])) .row {
      flex-wrap: wrap;
    }
    .chip {
      min-height: 36px;
      padding-inline: 13px;
    }
    .values {
      max-height: 34vh;
      overflow-y: auto;
    }
  }
  /* Little room: the order that nobody changed needs no name. */
  @container (max-width: 560px) {
    .chip.bare {
      width: 44px;
      justify-content: center;
      padding: 0;
    }
    .bare > :not(:first-child) {
      display: none;
    }
    @media (hover: hover) and (pointer: fine) {
      .chip.bare {
        width: 36px;
      }
    }
  }
  @media (forced-colors: active) {
    .chip {
      border: 1px solid ButtonText;
    }
    .chip.taken,
    .chip[aria-pressed="true"],
    .chip[aria-checked="true"] {
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
