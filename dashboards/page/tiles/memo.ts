/** A component that renders only when a prop changes. Keeping the rendered node instead would retain every tree it was part of. */
import { Component, type ComponentType, createElement, type FunctionComponent } from 'preact';

export function memo<P extends object>(inner: FunctionComponent<P>): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const names = Object.keys(next) as (keyof P)[];
      return names.some((name) => next[name] !== this.props[name as keyof typeof this.props]);
    }

    override render() {
      return createElement(inner, this.props as P);
    }
  };
}
