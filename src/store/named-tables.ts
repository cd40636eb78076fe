/** Where the names of people or of rooms are, in either store. */
export interface NamedTable {
  table: string
  id: string
  name: string
  skeletons: string
  /** The column of `skeletons` that refers to `id`. */
  owner: string
}

export const namedTables: readonly NamedTable[] = [
  {
    table: 'accounts',
    id: 'id',
    name: 'username',
    skeletons: 'name_skeletons',
    owner: 'account_id',
  },
  {
    table: 'rooms',
    id: 'audience_id',
    name: 'name',
    skeletons: 'room_skeletons',
    owner: 'audience_id',
  },
]
