import { css } from "lit";

export const stageStyles = css`
  :host {
    display: grid;
    place-items: center;
    min-width: 0;
    min-height: 0;
    container-type: size;
  }
  .frame {
    position: relative;
    width: min(100cqw, 100cqh * var(--ratio));
    aspect-ratio: var(--ratio);
    overflow: hidden;
    border-radius: var(--radius);
    background: var(--sunken);
    user-select: none;
    -webkit-user-select: none;
  }
  img {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: cover;
    -webkit-user-drag: none;
  }
  .spot {
    position: absolute;
    border: 2.5px solid #fff;
    border-radius: 16px;
    box-shadow: 0 0 0 200vmax var(--dim);
    forced-color-adjust: none;
    pointer-events: none;
  }
  /* Where the box ends up, for scrolling to it while it still grows. */
  .mark {
    position: absolute;
    visibility: hidden;
    pointer-events: none;
    scroll-margin: 12px 0 calc(var(--strip, 0px) + 12px);
  }
  .spot.off {
    opacity: 0;
  }
  .dot {
    position: absolute;
    width: var(--hit);
    height: var(--hit);
    margin: calc(var(--hit) / -2) 0 0 calc(var(--hit) / -2);
    border-radius: 50%;
    transition: opacity var(--quick);
  }
  .dot::before {
    content: "";
    position: absolute;
    inset: 25%;
    border-radius: 50%;
    background: var(--dot);
    forced-color-adjust: none;
    box-shadow:
      0 0 0 5px rgb(255 255 255 / 32%),
      0 0 0 6px rgb(0 0 0 / 12%),
      0 2px 10px rgb(0 0 0 / 45%);
    transition: transform var(--slow) var(--ease);
  }
  .dot:hover::before {
    transform: scale(1.18);
  }
  .dot:focus-visible {
    outline: 3px solid #fff;
    outline-offset: -3px;
    box-shadow: 0 0 0 3px rgb(0 0 0 / 70%);
  }
  .dot[aria-pressed="true"]::before {
    transform: scale(0.4);
    opacity: 0;
  }
  .dot[aria-pressed="true"]::after {
    display: none;
  }
  .dot[aria-pressed="true"]:focus-visible {
    outline: none;
    box-shadow: none;
  }
  .frame:has(.dot[aria-pressed="true"]:focus-visible) .spot {
    outline: 3px solid var(--accent);
    outline-offset: 1px;
  }
  @media (prefers-reduced-motion: no-preference) {
    .dot::after {
      content: "";
      position: absolute;
      inset: 25%;
      border-radius: 50%;
      border: 2px solid var(--dot);
      animation: ring 2.8s var(--ease) 900ms 2 both;
      pointer-events: none;
    }
    @keyframes ring {
      from {
        opacity: 0.9;
      }
      to {
        opacity: 0;
        transform: scale(2.2);
      }
    }
  }
  .tag {
    position: absolute;
    left: 50%;
    max-width: 220px;
    overflow: hidden;
    text-overflow: ellipsis;
    bottom: calc(100% - 2px);
    padding: 4px 10px;
    border-radius: 10px;
    background: rgb(20 18 16 / 88%);
    color: #fff;
    font-size: 0.8125em;
    font-weight: 600;
    white-space: nowrap;
    transform: translateX(-50%);
    opacity: 0;
    pointer-events: none;
    transition: opacity var(--quick);
  }
  .dot.low .tag {
    top: calc(100% - 2px);
    bottom: auto;
  }
  .dot.left .tag {
    left: 0;
    transform: none;
  }
  .dot.right .tag {
    right: 0;
    left: auto;
    transform: none;
  }
  @media (hover: hover) {
    .dot:hover .tag {
      opacity: 1;
    }
  }
  .dot:focus-visible .tag {
    opacity: 1;
  }
  .dot[aria-pressed="true"] .tag {
    opacity: 0;
  }
  .scan::after {
    content: "";
    position: absolute;
    inset: 0;
    background: linear-gradient(100deg, transparent 35%, rgb(255 255 255 / 50%) 50%, transparent 65%);
    animation: scan 1.5s linear infinite;
  }
  @keyframes scan {
    from {
      transform: translateX(-100%);
    }
    to {
      transform: translateX(100%);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .scan::after {
      animation: none;
      background: rgb(255 255 255 / 25%);
    }
  }
`;
