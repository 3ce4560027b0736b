/** How an item looks; what visual features show. */
export interface Style {
  readonly name: string;
  /** Completes "… with …". */
  readonly phrase: string;
}

/** What an item is good for; what textual features tell. */
export interface Topic {
  readonly name: string;
  readonly words: readonly string[];
  /** Completes "Made for …". */
  readonly phrase: string;
}

/** A department of the catalogue. */
export interface Category {
  readonly name: string;
  readonly nouns: readonly string[];
  readonly materials: readonly string[];
}

export const styles: readonly Style[] = [
  { name: 'Scandinavian', phrase: 'pale tones and plain lines' },
  { name: 'Industrial', phrase: 'raw edges and visible joints' },
  { name: 'Rustic', phrase: 'a weathered, country look' },
  { name: 'Art Deco', phrase: 'fanned curves and a gilded rim' },
  { name: 'Japandi', phrase: 'low, quiet shapes' },
  { name: 'Coastal', phrase: 'washed blues and rope details' },
  { name: 'Bohemian', phrase: 'layered patterns and tassels' },
  { name: 'Mid-Century', phrase: 'tapered forms and warm colour' },
];

export const topics: readonly Topic[] = [
  {
    name: 'small spaces',
    words: ['Foldable', 'Stackable', 'Compact', 'Slim'],
    phrase: 'small rooms',
  },
  {
    name: 'families',
    words: ['Child-Safe', 'Wipe-Clean', 'Sturdy', 'Family'],
    phrase: 'busy families',
  },
  {
    name: 'travel',
    words: ['Portable', 'Packable', 'Lightweight', 'Travel'],
    phrase: 'life on the road',
  },
  {
    name: 'all weathers',
    words: ['Weatherproof', 'Rust-Free', 'Fade-Resistant', 'All-Season'],
    phrase: 'every season outdoors',
  },
  {
    name: 'less waste',
    words: ['Recycled', 'Reclaimed', 'Plastic-Free', 'Repairable'],
    phrase: 'homes that waste less',
  },
  { name: 'calm', words: ['Soothing', 'Soft', 'Quiet', 'Restful'], phrase: 'slow evenings' },
  {
    name: 'heirlooms',
    words: ['Handmade', 'Heirloom', 'Hand-Finished', 'Signature'],
    phrase: 'those who keep things for life',
  },
  {
    name: 'first homes',
    words: ['Everyday', 'Starter', 'Essential', 'Simple'],
    phrase: 'a first home',
  },
];

export const categories: readonly Category[] = [
  {
    name: 'Lighting',
    nouns: ['Desk Lamp', 'Floor Lamp', 'Pendant Light', 'Wall Light', 'Lantern', 'Bedside Lamp'],
    materials: ['Walnut', 'Brass', 'Opal Glass', 'Paper', 'Steel', 'Rattan'],
  },
  {
    name: 'Seating',
    nouns: ['Armchair', 'Stool', 'Bench', 'Dining Chair', 'Rocking Chair', 'Pouf'],
    materials: ['Oak', 'Ash', 'Leather', 'Linen', 'Cane', 'Bouclé'],
  },
  {
    name: 'Tables',
    nouns: ['Side Table', 'Coffee Table', 'Dining Table', 'Console', 'Tray Table', 'Bistro Table'],
    materials: ['Oak', 'Marble', 'Walnut', 'Glass', 'Concrete', 'Bamboo'],
  },
  {
    name: 'Storage',
    nouns: ['Shelf', 'Basket', 'Cabinet', 'Coat Rack', 'Storage Box', 'Wall Hook'],
    materials: ['Pine', 'Seagrass', 'Steel', 'Felt', 'Wicker', 'Birch'],
  },
  {
    name: 'Kitchen',
    nouns: ['Kettle', 'Saucepan', 'Cutting Board', 'Mixing Bowl', 'Pepper Mill', 'Baking Dish'],
    materials: ['Cast Iron', 'Copper', 'Enamel', 'Beech', 'Stoneware', 'Acacia'],
  },
  {
    name: 'Tableware',
    nouns: ['Dinner Plate', 'Mug', 'Carafe', 'Serving Bowl', 'Cutlery Set', 'Tumbler'],
    materials: ['Porcelain', 'Stoneware', 'Glass', 'Terracotta', 'Olive Wood', 'Bone China'],
  },
  {
    name: 'Textiles',
    nouns: ['Throw', 'Cushion', 'Rug', 'Curtain', 'Bedspread', 'Table Runner'],
    materials: ['Wool', 'Linen', 'Cotton', 'Jute', 'Velvet', 'Mohair'],
  },
  {
    name: 'Bathroom',
    nouns: ['Bath Mat', 'Towel Rail', 'Soap Dish', 'Mirror', 'Laundry Bin', 'Bath Caddy'],
    materials: ['Teak', 'Ceramic', 'Bamboo', 'Brass', 'Cork', 'Cotton'],
  },
  {
    name: 'Workspace',
    nouns: ['Desk', 'Bookend', 'Pen Tray', 'Monitor Stand', 'Notice Board', 'Filing Box'],
    materials: ['Birch', 'Cork', 'Leather', 'Aluminium', 'Walnut', 'Felt'],
  },
  {
    name: 'Garden',
    nouns: ['Planter', 'Watering Can', 'Bird Bath', 'Garden Bench', 'Trellis', 'Fire Bowl'],
    materials: ['Terracotta', 'Zinc', 'Teak', 'Cast Stone', 'Corten Steel', 'Willow'],
  },
  {
    name: 'Camping',
    nouns: ['Camp Chair', 'Tent', 'Cool Box', 'Camp Stove', 'Hammock', 'Picnic Blanket'],
    materials: ['Canvas', 'Aluminium', 'Cotton', 'Titanium', 'Ripstop', 'Waxed Cotton'],
  },
  {
    name: 'Decoration',
    nouns: ['Vase', 'Picture Frame', 'Candle Holder', 'Wall Clock', 'Mobile', 'Figurine'],
    materials: ['Stoneware', 'Brass', 'Driftwood', 'Glass', 'Papier-Mâché', 'Soapstone'],
  },
];

/** Names of product lines; they tell apart what would otherwise share a title. */
export const lines: readonly string[] = [
  'Alba',
  'Brora',
  'Cala',
  'Dorn',
  'Elva',
  'Fjord',
  'Gale',
  'Hale',
  'Iver',
  'Juno',
  'Kelda',
  'Lund',
  'Mira',
  'Noor',
  'Orla',
  'Pell',
  'Quill',
  'Rhea',
  'Sorrel',
  'Tarn',
];
