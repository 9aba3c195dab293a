import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../app/config.ts';
import { parseNatsUrl, showNatsUrl } from '../../../engines/nats/url.ts';

describe('the address of NATS', () => {
  it('names one server or several, with their ports', () => {
    expect(parseNatsUrl('nats://one').servers).toEqual(['one:4222']);
    expect(parseNatsUrl('nats://one:4333,two,[::1]:4224,[::2]').servers).toEqual([
      'one:4333',
      'two:4222',
      '[::1]:4224',
      '[::2]:4222',
    ]);
  });

  it('signs in by user and password, token or file, with signs that an address cannot hold', () => {
    expect(parseNatsUrl('nats://county:p%40ss%3A1@one')).toMatchObject({ user: 'county', password: 'p@ss:1' });
    expect(parseNatsUrl('nats://open-sesame@one')).toMatchObject({ token: 'open-sesame' });
    expect(parseNatsUrl('nats://one?credentials=/etc/daoyu.creds')).toMatchObject({ credentials: '/etc/daoyu.creds' });
  });

  it('speaks TLS when told so by its scheme or by a file', () => {
    expect(parseNatsUrl('nats://one').tls).toBeUndefined();
    expect(parseNatsUrl('tls://one').tls).toEqual({});
    expect(parseNatsUrl('nats://one?ca=/ca.pem&cert=/c.pem&key=/k.pem').tls).toEqual({
      caFile: '/ca.pem',
      certFile: '/c.pem',
      keyFile: '/k.pem',
    });
  });

  it('knows the monitoring ports, the usual ones unless told', () => {
    expect(parseNatsUrl('nats://one:4333,two').monitors).toEqual(['http://one:8222', 'http://two:8222']);
    expect(parseNatsUrl('nats://one?monitor=http://a:1,http://b:2').monitors).toEqual(['http://a:1', 'http://b:2']);
    expect(parseNatsUrl('nats://one?monitor=').monitors).toEqual([]);
  });

  it.each([
    ['nats://', /form/],
    ['nats://one/path', /form/],
    ['nats://one two', /host/],
    ['nats://one:port', /host/],
    ['nats://one?cert=/c.pem', /cert and key together/],
    ['nats://one?wrong=1', /"wrong".*credentials, ca, cert, key, monitor/],
  ])('refuses %s and says why', (text, why) => {
    expect(() => parseNatsUrl(text)).toThrow(why);
  });

  it('is never shown with its password, neither when right nor when wrong', () => {
    expect(showNatsUrl(parseNatsUrl('nats://county:secret@one,two'))).toBe('nats://one:4222,two:4222');
    for (const url of ['nats://county:secret@one?wrong=1', 'http://county:secret@one']) {
      expect(() => readConfig({ DAOYU_BUS_URL: url })).toThrow(/DAOYU_BUS_URL/);
      expect(() => readConfig({ DAOYU_BUS_URL: url })).not.toThrow(/secret/);
    }
  });
});
