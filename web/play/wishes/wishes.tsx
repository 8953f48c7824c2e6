export function Wishes() {
  return null;
}
