/** Changes of a park, site or device and their authors, loaded from the audit trail on demand. */
import { useEffect, useState } from 'preact/hooks';
import { useLanguage } from '../feed/app-context.ts';
import { type AuditRow, loadAudit } from '../feed/people.ts';
import { AuditEntry } from '../views/audit.tsx';

interface Props {
  readonly park: string;
  /** Id of a site or device; absent: the park itself. */
  readonly id?: string;
  /** Group of actions, because a site and a device may have the same id. */
  readonly what: 'park' | 'site' | 'device';
}

export function Changes(props: Props) {
  const { word } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="add" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{word('history')}</summary>
      {isOpen && <Rows {...props} />}
    </details>
  );
}

/** The trail matches parts of names, such as pond-1 in pond-10, so filter by the exact one; new records are named park, site and device. */
function isOf({ where = '' }: AuditRow, park: string, id: string | undefined): boolean {
  const [first, ...others] = where.split('/');
  return first === park && (id === undefined ? others.length === 0 : others.includes(id));
}

function Rows({ park, id, what }: Props) {
  const { word } = useLanguage();
  const [rows, setRows] = useState<readonly AuditRow[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let isGone = false;
    loadAudit({ who: '', what, where: id ?? park, from: '', park }).then(
      ({ audit }) => isGone || setRows(audit.filter((row) => isOf(row, park, id))),
      (error: Error) => isGone || setProblem(error.message),
    );
    return () => {
      isGone = true;
    };
  }, [park, id, what]);
  if (rows === undefined) return <p role="status">{problem ?? word('loading')}</p>;
  if (rows.length === 0) return <p class="note">{word('noChanges')}</p>;
  return (
    <ol class="audit">
      {rows.map((row) => (
        <AuditEntry key={row.id} row={row} />
      ))}
    </ol>
  );
}
