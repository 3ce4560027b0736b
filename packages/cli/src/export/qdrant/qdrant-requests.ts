/** As much of the bodies of Qdrant's REST API as the export sends and reads. */
export interface QdrantRequests {
  createCollection: { vectors: { size: number; distance: 'Dot' } };
  createFieldIndex: { field_name: string; field_schema: 'keyword' };
  upsertPoints: { points: QdrantPoint[] };
  updateAliases: { actions: QdrantAliasAction[] };
  scrollPoints: {
    filter: { must: { key: string; match: { value: string } }[] };
    limit: number;
    with_vector: boolean;
  };
}

/** A vector with its number and what is known of it. */
export interface QdrantPoint {
  id: number;
  vector: number[];
  payload: Record<string, string | number[]>;
}

/** A step of a change of aliases; a change takes all its steps at once. */
export type QdrantAliasAction =
  | { create_alias: { collection_name: string; alias_name: string } }
  | { delete_alias: { alias_name: string } };

/** What Qdrant answers. */
export interface QdrantResults {
  collections: { collections: { name: string }[] };
  aliases: { aliases: { alias_name: string; collection_name: string }[] };
}
