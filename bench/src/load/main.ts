// The load generator: a process of its own, told over IPC what to send, so that its work is in nobody's CPU reading.
import { answerQuestions } from '../questions.ts';
import { HttpConnection } from './http-connection.ts';
import type { LoadJob } from './job.ts';
import { perform } from './perform.ts';

let prepared: { job: LoadJob; connections: HttpConnection[] } | undefined;

answerQuestions({
  prepare: async (job) => {
    const connections = await Promise.all(
      Array.from({ length: job.connections }, () => HttpConnection.open(job.target.origin)),
    );
    prepared = { job, connections };
    return null;
  },
  go: async () => {
    if (!prepared) throw new Error('There is no prepared job.');
    const { job, connections } = prepared;
    prepared = undefined;
    const report = await perform(job, connections);
    for (const connection of connections) connection.close();
    return report;
  },
});
process.on('disconnect', () => process.exit());
