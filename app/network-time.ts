/** Whether the machine's clock is set from the network. The kernel knows; systemd tells. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ANSWER_WITHIN_MS = 2000;

/** Undefined where nobody can say: another system than Linux with systemd, or a container. */
export async function isSetFromNetwork(command = 'timedatectl'): Promise<boolean | undefined> {
  try {
    const { stdout } = await run(command, ['show', '--property=NTPSynchronized', '--value'], {
      timeout: ANSWER_WITHIN_MS,
    });
    const answer = stdout.trim();
    return answer === 'yes' ? true : answer === 'no' ? false : undefined;
  } catch {
    return undefined;
  }
}
