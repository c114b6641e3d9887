import { css } from "lit";

export const appStyles = css`
  :host {
    --header: 64px;
    display: block;
    min-height: 100vh;
    background: var(--bg);
  }
  header {
    position: sticky;
    z-index: 10;
    top: 0;
    display: flex;
    align-items: center;
    gap: 8px;
    height: var(--header);
    padding: 0 12px;
    background: color-mix(in srgb, var(--bg) 88%, transparent);
    backdrop-filter: blur(14px);
  }
  .back:dir(rtl) svg {
    transform: scaleX(-1);
  }
  .home {
    display: flex;
    align-items: center;
    gap: 10px;
    min-width: 0;
    min-height: 44px;
    padding: 0 8px;
    border-radius: var(--radius-small);
    font-weight: 700;
    letter-spacing: -0.01em;
  }
  .home span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .home img {
    display: block;
    flex: none;
    width: 28px;
    height: 28px;
  }
  stl-upload {
    margin-inline-start: auto;
  }
  .drop {
    position: fixed;
    z-index: 40;
    inset: 12px;
    display: grid;
    place-items: center;
    border: 3px dashed var(--accent);
    border-radius: 28px;
    background: color-mix(in srgb, var(--bg) 88%, transparent);
    color: var(--accent);
    font-size: 1.375rem;
    font-weight: 700;
    pointer-events: none;
  }
  .skip {
    position: absolute;
    z-index: 50;
    top: 8px;
    inset-inline-start: 8px;
  }
  .skip:not(:focus) {
    clip-path: inset(50%);
  }
  @media (min-width: 900px) {
    header {
      padding: 0 24px;
    }
  }
  @media (max-width: 899px) {
    :host {
      --header: 56px;
    }
  }
`;
