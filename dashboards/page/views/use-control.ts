/** One control of a device: what was asked, how it went, and asking anew. */
import { useEffect, useState } from 'preact/hooks';
import type { Control } from '../../../sensors/kind.ts';
import { type Command, loadCommand, loadCommands, type RequestFailed, sendCommand } from '../feed/api.ts';
import { useLanguage } from '../feed/app-context.ts';

export interface ControlState {
  /** Newest first; of this control alone. */
  readonly commands: readonly Command[];
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  /** What an interlock stands against, until it is sent all the same or given up. */
  readonly locked: object | undefined;
  readonly ask: (value: object, isOverride?: boolean) => Promise<void>;
  readonly giveUp: () => void;
}

const EVERY_MS = 1000;
const SHOWN = 6;
const isOpen = ({ state }: Command) => state === 'sent' || state === 'received';

export function useControl(key: string, { command: name }: Pick<Control, 'command'>): ControlState {
  const { word } = useLanguage();
  const [commands, setCommands] = useState<readonly Command[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [locked, setLocked] = useState<object>();

  useEffect(() => {
    const gone = new AbortController();
    loadCommands(key, gone.signal).then(
      (all) => setCommands(all.filter((each) => each.name === name).slice(0, SHOWN)),
      // Without what was before, switching works all the same.
      () => undefined,
    );
    return () => gone.abort();
  }, [key, name]);

  const open = commands.find(isOpen)?.id;
  useEffect(() => {
    if (open === undefined) return;
    let isGone = false;
    const look = async () => {
      const now = await loadCommand(key, open).catch(() => undefined);
      if (now === undefined || isGone) return;
      setCommands((all) => all.map((each) => (each.id === open ? now : each)));
    };
    const timer = setInterval(() => void look(), EVERY_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [key, open]);

  async function ask(value: object, isOverride = false): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    setLocked(undefined);
    try {
      const { id } = await sendCommand(key, name, value, isOverride);
      const sent = await loadCommand(key, id);
      setCommands((all) => [sent, ...all].slice(0, SHOWN));
    } catch (error) {
      const { status, message } = error as RequestFailed;
      if (status === 409) setLocked(value);
      else setProblem(status === 0 ? word('notReached') : message);
    } finally {
      setBusy(false);
    }
  }

  return { commands, isBusy, problem, locked, ask, giveUp: () => setLocked(undefined) };
}
