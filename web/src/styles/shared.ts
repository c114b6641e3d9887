import { css } from "lit";

/** What every component starts from: box sizing, visible focus, buttons. */
export const shared = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p {
    margin: 0;
  }
  a {
    color: inherit;
    text-decoration: none;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  svg {
    display: block;
    flex: none;
  }
  .pill {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 44px;
    padding: 0 18px;
    border-radius: 22px;
    font-weight: 600;
    font-size: 0.9375em;
    background: var(--sunken);
    color: var(--ink);
    transition: background var(--quick);
    white-space: nowrap;
  }
  .pill:hover {
    background: var(--line);
  }
  .pill.strong {
    background: var(--accent);
    color: var(--on-accent);
  }
  .pill.strong:hover {
    background: var(--accent-strong);
  }
  .round {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
    transition: background var(--quick);
  }
  .round:hover {
    background: var(--sunken);
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** The grey breathing of something that is on its way. */
export const skeleton = css`
  .skeleton {
    background: var(--sunken);
    border-radius: var(--radius);
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.5;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .skeleton {
      animation: none;
    }
  }
`;
