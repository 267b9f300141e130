const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes as people say them: `0 B`, `1.5 kB`, `203 MB`. Powers of 1000, as disks and networks are sold. */
export function bytesText(bytes: number): string {
  let value = bytes
  let index = 0
  while (value >= 999.5 && index < units.length - 1) {
    value /= 1000
    index += 1
  }
  const digits = index === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits)} ${units[index]}`
}

/** Seconds as people say them: `9 s`, `1 min 5 s`, `2 h 3 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
