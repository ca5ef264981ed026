// No plugin: JSX is all that the example needs of React's tools.
export default { oxc: { jsx: { runtime: "automatic" } } };
