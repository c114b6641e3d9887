/** What the shop's own page says besides the component, one table a language. */
import type { Tables } from "../index.js";
import de from "./de.json";
import en from "./en.json";
import es from "./es.json";
import fr from "./fr.json";
import ja from "./ja.json";

export const PAGE_TABLES: Tables<keyof typeof en> = { en, de, fr, es, ja };
