/** One consumption at a time holds a name; others queue and continue when it closes. */

export interface Turn {
  hasCome(): boolean;
  /** Leaves the line; whoever comes next is told. */
  end(): void;
}

export interface Turns {
  /** Stands in line for a name; `onTurn` is called when it comes later, not when it has come already. */
  take(name: string, onTurn: () => void): Turn;
}

export function createTurns(): Turns {
  const lines = new Map<string, (() => void)[]>();
  return {
    take(name, onTurn) {
      const line = lines.get(name) ?? [];
      lines.set(name, line);
      line.push(onTurn);
      return {
        hasCome: () => line[0] === onTurn,
        end() {
          const index = line.indexOf(onTurn);
          if (index < 0) return;
          line.splice(index, 1);
          if (index === 0) line[0]?.();
          if (line.length === 0 && lines.get(name) === line) lines.delete(name);
        },
      };
    },
  };
}
