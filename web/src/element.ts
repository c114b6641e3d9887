/** Registers a custom element unless it is there: a page may load the script twice. */
export function element(name: string): (type: CustomElementConstructor) => void {
  return (type) => {
    if (!customElements.get(name)) customElements.define(name, type);
  };
}
