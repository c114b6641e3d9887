import { css } from "lit";

export const hostStyles = css`
  :host {
    display: block;
    width: 100%;
    container-type: inline-size;
    text-align: start;
    text-transform: none;
    letter-spacing: normal;
    -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]) {
    display: none;
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
  :host([theme="auto"]) {
    color-scheme: light dark;
  }
  .place {
    display: grid;
    place-items: stretch;
    aspect-ratio: var(--first-ratio);
    max-height: var(--max-height);
  }
  .place > * {
    grid-area: 1 / 1;
  }
  :host([fill]) .place,
  :host([fill]) .view {
    height: 100%;
  }
  :host([fill]) .place {
    aspect-ratio: auto;
    max-height: none;
  }
  stl-notice {
    place-self: center;
    padding: 24px;
  }
`;
