// Scripts hold to the browsers of package.json: their syntax, and what they call (docs/accessibility.md, Browsers).
import compat from "eslint-plugin-compat";
import es from "eslint-plugin-es-x";

const IOS_16_4 = {
  "es-x/no-regexp-lookbehind-assertions": "error",
  "es-x/no-class-static-block": "error",
};

export default [
  { ignores: ["static/vendor/", "var/", ".venv/", "staticfiles/", "build/"] },
  {
    ...compat.configs["flat/recommended"],
    files: ["**/*.js"],
    settings: { polyfills: ["BarcodeDetector"] }, // asked for first; a library stands in
  },
  {
    files: ["**/*.js"],
    plugins: { "es-x": es },
    languageOptions: { ecmaVersion: 2022, sourceType: "script" },
    rules: { ...es.configs["flat/no-new-in-esnext"].rules, ...es.configs["flat/restrict-to-es2022"].rules, ...IOS_16_4 },
  },
  { files: ["static/portal/*.js"], languageOptions: { sourceType: "module" } },
];
