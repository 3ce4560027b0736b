/**
 * The packages that a README says to install.
 *
 * @param {string} readme
 * @returns {string[]} The words after the first `npm install`; none if there is no such line.
 */
export function readInstallCommand(readme) {
  const [, packages] = /^npm install (.+)$/m.exec(readme) ?? [];
  return packages ? packages.trim().split(/\s+/) : [];
}
