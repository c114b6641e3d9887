import { css } from "lit";

export const hostStyles = css`
  :host {
    display: block;
    width: 100%;
    container-type: inline-size;
    /* What a page may hand down to anything in it. */
    font-style: normal;
    font-weight: normal;
    letter-spacing: normal;
    text-align: start;
    text-indent: 0;
    text-transform: none;
    white-space: normal;
    word-spacing: normal;
    /* Names that a page may use for something else. */
    --card: 150px;
    --crop: 46px;
    --edge: 16px;
    --behind: var(--surface);
    --chips-top: 0px;
    --looks: block;
    --room: 0px;
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
