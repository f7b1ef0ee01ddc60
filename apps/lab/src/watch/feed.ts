/** Something that somebody posted. */
export interface FeedItem {
  number: number;
  atMs: number;
  text: string;
  /** Without the sign before it. */
  tag: string;
}

/** What people post: the newest last. The Lab forgets it when it ends. */
export interface Feed {
  post(item: Omit<FeedItem, 'number'>): void;
  /** @param after the number of the last item that the reader knows */
  read(tag: string, after: number): FeedItem[];
  newest(): FeedItem[];
}

const kept = 50;

export function createFeed(): Feed {
  const items: FeedItem[] = [];
  let count = 0;
  return {
    post(item) {
      count += 1;
      items.push({ ...item, number: count });
      if (items.length > kept) items.shift();
    },
    read: (tag, after) => items.filter((item) => item.tag === tag && item.number > after),
    newest: () => items.toReversed().slice(0, 8),
  };
}

/** A tag as it is compared: `#Engines ` and `engines` are one. `undefined` for what cannot be a tag. */
export function tagIn(typed: unknown): string | undefined {
  const tag = typeof typed === 'string' ? typed.trim().replace(/^#/, '').toLowerCase() : '';
  return /^[\p{L}\p{N}_-]{1,40}$/u.test(tag) ? tag : undefined;
}
