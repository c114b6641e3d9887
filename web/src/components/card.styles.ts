import { css } from "lit";

export const cardStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  article {
    position: relative;
  }
  .picture {
    grid-area: 1 / 1;
    display: block;
    aspect-ratio: 1;
    overflow: hidden;
    border-radius: var(--radius);
    background: var(--tile);
  }
  img {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: contain;
    mix-blend-mode: multiply;
    transition: transform var(--slow) var(--ease);
  }
  .picture:hover img {
    transform: scale(1.035);
  }
  .none {
    display: grid;
    place-items: center;
    height: 100%;
    color: #67615a;
    font-size: 2.5em;
    font-weight: 600;
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    width: 100%;
    border-radius: var(--radius);
    text-align: start;
  }
  /* Lies on the picture, but is read after the name and the price. */
  .hint {
    z-index: 1;
    grid-area: 1 / 1;
    align-self: end;
    justify-self: start;
    max-width: calc(100% - 16px);
    margin: 8px;
    overflow: hidden;
    text-overflow: ellipsis;
    padding: 3px 10px;
    border-radius: 12px;
    background: rgb(255 255 255 / 92%);
    color: #1c1a18;
    font-size: 0.75em;
    font-weight: 600;
    white-space: nowrap;
    pointer-events: none;
  }
  .tools {
    position: absolute;
    top: 6px;
    inset-inline-end: 6px;
    display: grid;
    gap: 6px;
  }
  .tools .round {
    background: rgb(255 255 255 / 92%);
    color: #1c1a18;
  }
  .tools .round:hover {
    background: #fff;
  }
  @media (hover: hover) {
    .like {
      opacity: 0;
      transition: opacity var(--quick);
    }
    article:hover .like,
    .like:focus-visible {
      opacity: 1;
    }
  }
  .words {
    display: block;
    padding: 8px 4px 0;
    font-size: 0.875em;
  }
  .title {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    font-weight: 600;
    line-height: 1.3;
  }
  .brand,
  .looks {
    display: var(--looks, block);
    overflow: hidden;
    color: var(--muted);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .price {
    display: block;
    margin-top: 2px;
  }
  .price s {
    margin-inline-start: 6px;
    color: var(--muted);
  }
  .last {
    white-space: nowrap;
  }
  .out {
    display: inline-block;
    vertical-align: -2px;
    color: var(--muted);
  }
  .out svg {
    width: 14px;
    height: 14px;
  }
`;
