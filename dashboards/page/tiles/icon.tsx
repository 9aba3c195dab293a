/** Line drawings in the colour of the text. */
export const PATHS = {
  brand: 'M3 17q4.500-5 9 0t9 0M3 10q4.500-5 9 0t9 0',
  overview: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  platform: 'M12 3l9 5-9 5-9-5zM3 13l9 5 9-5',
  smart_fishery: 'M3 12c4-6 10-6 14 0-4 6-10 6-14 0zM17 12l4-4v8zM8 11v.2',
  smart_rice: 'M12 21V9M12 9c0-3-2-5-5-6 0 4 2 6 5 6zM12 13c0-3 2-5 5-6 0 4-2 6-5 6zM12 17c0-3-2-4-5-5 0 3 2 5 5 5z',
  smart_processing: 'M12 2v20M3.500 7l17 10M20.500 7l-17 10M12 6l-2.500-2M12 6l2.500-2M12 18l-2.500 2M12 18l2.500 2',
  smart_orchard: 'M12 21v-7M12 14a6 6 0 1 1 0-11 6 6 0 0 1 0 11zM9 21h6',
  quality: 'M4 12l5 5L20 6M4 20h16',
  alarms: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  people: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 20c0-4 3-6 6-6s6 2 6 6M16 11a3 3 0 1 0-1-5.800M17 14c3 0 5 2 5 6',
  handover: 'M6 3h12v18H6zM9 8h6M9 12h6M9 16h4',
  reports: 'M5 3h10l4 4v14H5zM9 17v-4M12 17v-7M15 17v-2',
  manage: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  more: 'M5 12h.2M12 12h.2M19 12h.2',
  wall: 'M3 5h18v11H3zM8 20h8M12 16v4',
  dark: 'M20 14A8 8 0 1 1 10 4a6.500 6.500 0 0 0 10 10z',
  light:
    'M12 7a5 5 0 1 0 0 10a5 5 0 0 0 0-10zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500L19 19M5 19l1.500-1.500M17.500 6.500L19 5',
  back: 'M15 5l-7 7 7 7',
  forward: 'M9 5l7 7-7 7',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
