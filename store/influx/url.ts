/** Reads `influxdb://…`: which server, which version's paths, which database, as whom. */
import { DaoyuError } from '../../base/errors.ts';

export interface InfluxTarget {
  /** 1: database and user; 2: organisation, bucket and token. */
  readonly version: 1 | 2;
  /** `http://host:8086` */
  readonly baseUrl: string;
  /** For messages: server and database, never a secret. */
  readonly shown: string;
  /** Database or bucket; `db` of every InfluxQL query. */
  readonly database: string;
  readonly org?: string;
  /** 1.x: absent is the database's default. */
  readonly retentionPolicy?: string;
  /** Value of the header `authorization`. */
  readonly authorization?: string;
}

const NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const EXAMPLES =
  'influxdb://token@host:8086?org=county&bucket=daoyu (InfluxDB 2) or influxdb://user:password@host:8086?db=daoyu (InfluxDB 1); influxdbs:// for TLS';

/** Throws `CONFIG_INVALID` saying what would be right; the text never repeats a password or token. */
export function parseInfluxUrl(text: string): InfluxTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^influxdbs?:$/.test(url.protocol) || url.hostname === '')
    throw invalid('is no address of an InfluxDB');
  const unknown = [...url.searchParams.keys()].filter((key) => !['db', 'rp', 'org', 'bucket'].includes(key));
  if (unknown.length > 0) throw invalid(`has an unknown part "${unknown.join(', ')}"`);
  const [database, bucket, org, retentionPolicy] = ['db', 'bucket', 'org', 'rp'].map(
    (key) => url.searchParams.get(key) || undefined,
  );
  if ((database === undefined) === (bucket === undefined)) throw invalid('needs either db or bucket');
  for (const name of [database, bucket, org, retentionPolicy])
    if (name !== undefined && !NAME.test(name)) throw invalid(`has a name that is not 1 to 64 of A-Z a-z 0-9 _ . -`);
  const secure = url.protocol === 'influxdbs:';
  const host = `${url.hostname}:${url.port || '8086'}`;
  const server = { baseUrl: `${secure ? 'https' : 'http'}://${host}` };
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  if (bucket !== undefined) {
    if (org === undefined) throw invalid('needs org beside bucket');
    if (user === '') throw invalid('needs a token before the @');
    const token = password === '' ? user : `${user}:${password}`;
    return {
      ...server,
      version: 2,
      database: bucket,
      org,
      shown: `bucket "${bucket}" at ${host}`,
      authorization: `Token ${token}`,
    };
  }
  const login = Buffer.from(`${user}:${password}`).toString('base64');
  return {
    ...server,
    version: 1,
    database: database ?? '',
    shown: `database "${database}" at ${host}`,
    ...(retentionPolicy && { retentionPolicy }),
    ...(user !== '' && { authorization: `Basic ${login}` }),
  };
}

function invalid(what: string): DaoyuError {
  return new DaoyuError('CONFIG_INVALID', `the InfluxDB URL ${what}; right would be ${EXAMPLES}`);
}
