/** Drawings of 24 × 24, stroked. */
const paths = {
  users:
    'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20c.9-3.6 3.900-5.500 7.500-5.500s6.600 1.900 7.500 5.500',
  items: 'M4 5h7v7H4zM13 5h7v7h-7zM4 14h7v6H4zM13 14h7v6h-7z',
  map: 'M6 8.500a1.500 1.500 0 1 0 0-.01M11 16a1.500 1.500 0 1 0 0-.01M17.500 6.500a1.500 1.500 0 1 0 0-.01M17 14.500a1.500 1.500 0 1 0 0-.01M5.500 18.500a1.500 1.500 0 1 0 0-.01M11.500 10a1.500 1.500 0 1 0 0-.01',
  curves: 'M4 4v16h16M7.500 8c2 6.500 5.500 8 12 8.500',
  runs: 'M4 6h16M4 12h16M4 18h16M9 4v16',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16 16l4.500 4.500',
  left: 'M14.500 5.500 8 12l6.500 6.500',
  right: 'M9.500 5.500 16 12l-6.500 6.500',
  dice: 'M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01',
  differ: 'M8 5v14M16 5v14M5 9h6M13 15h6',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  moon: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10Z',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  check: 'M5 12.500 10 17.500 19.500 7',
  alert: 'M12 4 2.800 20h18.400zM12 10v5M12 17.500v.01',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
} as const;

/** A drawing beside a text that says the same. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
