import { describe, expect, it } from 'vitest';
import { NOW } from './running-api.ts';
import { FOREIGN, OWN, runTwoParks, type TwoParks } from './two-parks.ts';

const body = {
  park: OWN,
  site: `pond-of-${OWN}`,
  kind: 'aquaculture_pond',
  fields: ['dissolved_oxygen'],
  title: '<b>塘</b>',
};

async function share(parks: TwoParks, headers: Record<string, string>, change: object = {}) {
  const answer = await parks.send({ method: 'POST', url: '/api/v1/shares', headers, payload: { ...body, ...change } });
  const { link = '', id = '' } = answer.json<{ link?: string; id?: string }>();
  return { status: answer.statusCode, path: link.slice(link.indexOf('/s/')), id };
}

describe('a share link', () => {
  it('shows one chart and its values to whoever has it, and opens nothing else', async () => {
    const parks = await runTwoParks();
    const { path } = await share(parks, await parks.bearing([{ role: 'operator', park: OWN }]));
    const page = await parks.send({ url: path });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<svg');
    expect(page.body).toContain('&#60;b&#62;塘');
    expect(page.body).not.toMatch(/<script|<b>塘|NaN/);
    expect(page.headers['set-cookie']).toBeUndefined();
    expect(page.headers['cache-control']).toBe('no-store');
    const csv = await parks.send({ url: `${path}/data.csv` });
    expect(csv.body).toMatch(new RegExp(`,${OWN},pond-of-${OWN},probe-of-${OWN},6,`));
    expect(csv.body).not.toContain(FOREIGN);
    const code = path.slice(3);
    for (const headers of [{ authorization: `Bearer ${code}` }, { cookie: `daoyu_session=${code}` }])
      expect((await parks.send({ url: '/api/v1/latest', headers })).statusCode).toBe(401);
    expect((await parks.send({ url: `/s/${code}x` })).statusCode).toBe(410);
  });

  it('is void when it is revoked, when its time is over, and when whoever made it may no longer share there', async () => {
    const parks = await runTwoParks();
    await parks.addPerson('wang', 'operator');
    const wang = await parks.signedIn('wang');
    const isGood = async (path: string) => (await parks.send({ url: path })).statusCode === 200;
    const [revoked, kept] = [await share(parks, wang), await share(parks, wang)];
    const admin = await parks.bearing([{ role: 'admin', park: OWN }]);
    const gone = await parks.send({ method: 'DELETE', url: `/api/v1/shares/${revoked.id}`, headers: admin });
    expect(gone.statusCode).toBe(204);
    expect(await isGood(revoked.path)).toBe(false);
    expect(await isGood(kept.path)).toBe(true);
    await parks.options.people.accounts.change('wang', { grants: [{ role: 'viewer', park: OWN }] });
    expect(await isGood(kept.path)).toBe(false);
  });

  it('is refused for another park, to whoever only reads, and for what there is not', async () => {
    const parks = await runTwoParks();
    const operator = await parks.bearing([{ role: 'operator', park: OWN }]);
    const viewer = await parks.bearing([{ role: 'viewer', park: '*' }]);
    expect((await share(parks, operator, { park: FOREIGN, site: `pond-of-${FOREIGN}` })).status).toBe(403);
    expect((await share(parks, viewer)).status).toBe(403);
    expect((await share(parks, operator, { fields: ['gold'] })).status).toBe(400);
    expect((await share(parks, operator, { from: NOW, to: NOW - 1 })).status).toBe(400);
    expect((await share(parks, operator, { site: 'nowhere' })).status).toBe(404);
  });
});
