import { css } from "lit";

/** Where the page shows a picture: all of the window under the head. */
export const pictureStyles = css`
  shop-the-look {
    --shop-the-look-top: var(--header);
    position: fixed;
    inset: var(--header) 0 0;
    padding: 8px 12px 16px;
    box-sizing: border-box;
  }
  @media (min-width: 900px) {
    shop-the-look {
      padding: 8px 32px 24px;
    }
  }
`;
