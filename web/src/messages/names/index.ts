/** Names of categories and of common values, of which the server knows the English ones. */
import categories from "./categories.json";
import values from "./values.json";

type Names = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** By a category's whole path, which means the same in every list of categories, and language. */
export const CATEGORY_NAMES: Names = categories;
/** By a value in small letters, and language. */
export const VALUE_NAMES: Names = values;
