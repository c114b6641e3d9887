/** What is open of a picture: one object (or a box drawn by hand), its strip or its full feed. */
export interface Open {
  key: string | null;
  all: boolean;
}

export const SHUT: Open = { key: null, all: false };
