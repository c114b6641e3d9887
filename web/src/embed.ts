/** The component alone, for any page: `<script type="module" src="https://shop.example/shop-the-look.js">`. */
import { defaults, ShopTheLook } from "./components/shop-the-look.js";

// The script comes from the server that answers.
defaults.api = new URL(/* @vite-ignore */ ".", import.meta.url).href;

export type { LookEvent, LookEvents, ObjectDetail, ProductDetail, StepDetail } from "./events.js";
export { ShopTheLook };
