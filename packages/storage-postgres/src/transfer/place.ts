/** Where an event that came from a file stands: in the order of the file, and before every event of this database. */
export function placeUuid(place: number): string {
  const hex = place.toString(16).padStart(16, '0');
  return `00000000-0000-0000-${hex.slice(0, 4)}-${hex.slice(4)}`;
}

/** The place of an event that came from a file. */
export function placeOf(uuid: string): number {
  return Number.parseInt(uuid.replaceAll('-', '').slice(16), 16);
}
