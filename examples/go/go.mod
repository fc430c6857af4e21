module example.com/wxsession

go 1.19
