// Server components find the module beside the package's own script.
export default { serverExternalPackages: ["tillside"] };
