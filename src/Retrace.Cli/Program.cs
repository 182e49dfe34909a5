using Retrace.Cli;

return await CommandLine.RunAsync(args);
