/** What the component says, one table a language. A key that is missing in one does not compile. */
import de from "./de.json";
import en from "./en.json";
import es from "./es.json";
import fr from "./fr.json";
import ja from "./ja.json";

export type Word = keyof typeof en;
export type Table<Key extends string> = Readonly<Record<Key, string>>;
export type Tables<Key extends string> = Readonly<Record<string, Table<Key>>> & { readonly en: Table<Key> };

export const TABLES: Tables<Word> = { en, de, fr, es, ja };
