select to_timestamp(at / 1000.0) as at, kind, client_id, cause, reason, correlation_id
from audit where user_id = (select id from "user" where username = 'ada@example.com')
order by place desc limit 50;
