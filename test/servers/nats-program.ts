/** The nats-server that the tests start: the one on the PATH, or another version that DAOYU_TEST_NATS_SERVER names. */
export const natsProgram = process.env.DAOYU_TEST_NATS_SERVER || 'nats-server';
