import { noChange } from "lit";
import { Directive, directive, type ElementPart } from "lit/directive.js";

type Styles = Readonly<Record<string, string>>;

class Place extends Directive {
  render(styles: Styles): Styles {
    return styles;
  }

  override update(part: ElementPart, [styles]: [Styles]): unknown {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(styles)) style.setProperty(name, value);
    return noChange;
  }
}

/** Sets style properties of an element through the object model: the page's content policy allows
 * no style attribute. Use it in the tag: `<div ${place({ left: "10px" })}>`. */
export const place = directive(Place);
