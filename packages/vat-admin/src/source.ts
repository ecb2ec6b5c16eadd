/** Where the source of the vatAdmin vat lies: beside this file, in the language of this file. The host bundles it like any vat. */
const [ending = '.js'] = /\.\w+$/.exec(new URL(import.meta.url).pathname) ?? [];

export const VAT_ADMIN_SOURCE = new URL(`./vat-admin${ending}`, import.meta.url);
