// Styles hold to the browsers of package.json (docs/accessibility.md, Browsers). What is left out looks or behaves as
// well without: a cursor, a handle to resize, sizes of text in landscape, margins of print, gestures on a desktop.
export default {
  plugins: ["stylelint-no-unsupported-browser-features"],
  rules: {
    "plugin/no-unsupported-browser-features": [
      true,
      {
        severity: "error",
        ignorePartialSupport: true,
        ignore: ["css3-cursors", "css-color-adjust", "css-paged-media", "css-resize", "css-touch-action", "text-size-adjust"],
      },
    ],
  },
};
