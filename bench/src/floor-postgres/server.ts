// The floor for PostgreSQL: the least code that does the same durable work as a refresh. It leaves out what the floor for
// SQLite leaves out, and all other grants.
import { floorServer, listening, send } from '../floor/http.ts';
import { refreshKey } from '../floor/refresh-key.ts';
import { userTokenAnswer } from '../floor/tokens.ts';
import { answerQuestions } from '../questions.ts';
import { mintRefreshToken } from '../refresh-token.ts';
import { connect, fill } from './database.ts';
import { prepareRefresh } from './refresh.ts';

/** As many connections as the server under measurement has. */
const READERS = 4;
const WRITERS = 2;
/** Whole pages are drawn: a small sample could be empty. */
const LEAST_SAMPLE = 10_000;
const PICK = `select replace(f.handle::text, '-', '') as handle, replace(f.salt::text, '-', '') as salt, f.generation::int as generation,
    c.client_id as "clientId"
  from family f tablesample system ($1) join client c on c.id = f.client order by random() limit $2`;

const [, , url, familyCount] = process.argv;
if (url === undefined || familyCount === undefined) throw new Error('usage: server.ts URL FAMILIES');

const seeding = connect(url);
const port = start(Number(familyCount));

// Asked before the database is full: whoever asks waits.
answerQuestions({
  port: () => port,
  families: async (count) => {
    const percent = Math.min(100, (100 * Math.max(LEAST_SAMPLE, 4 * count)) / Number(familyCount));
    type Row = { handle: string; salt: string; generation: number; clientId: string };
    const { rows } = await (await seeding).query<Row>(PICK, [percent, count]);
    return rows.map(({ handle, salt, generation, clientId }) => {
      const family = { handle: Buffer.from(handle, 'hex'), salt: Buffer.from(salt, 'hex'), generation };
      return { clientId, refreshToken: mintRefreshToken(refreshKey, family) };
    });
  },
});

async function start(families: number): Promise<number> {
  await fill(await seeding, families);
  const connections = await Promise.all(Array.from({ length: READERS + WRITERS }, () => connect(url!)));
  const refresh = prepareRefresh(connections.slice(0, READERS), connections.slice(READERS), 'http://127.0.0.1');
  const server = floorServer(
    (form, _request, response) => {
      void refresh(form, Date.now()).then((refreshed) => {
        if (!refreshed) return send(response, 400, '{"error":"invalid_grant"}');
        const nowSeconds = Math.floor(Date.now() / 1000);
        return send(response, 200, userTokenAnswer(refreshed.holder, refreshed.generation, nowSeconds));
      });
    },
    (response) => send(response, 404, '{}'),
  );
  return listening(server);
}
